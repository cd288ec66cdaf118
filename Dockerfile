# The base must carry Node.js 26, npm, and libatomic1, which Node.js 26 needs; the official slim image does.
ARG NODE_IMAGE=docker.io/library/node:26-slim

# Where packages come from another registry: --secret id=npmrc,src=$HOME/.npmrc. It leaves no trace in any layer.
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY tools/node26/package.json tools/node26/
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY tools/node26/package.json tools/node26/
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --omit=dev --omit=optional --workspaces=false

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
COPY assets assets
COPY bin bin
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8686
ENTRYPOINT ["node", "/app/bin/tailrace.js"]
CMD ["run", "-c", "/etc/tailrace"]
