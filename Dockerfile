# The base must carry Node.js 26 and libatomic1, which Node.js 26 needs; the official slim image does.
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY tools/node26/package.json tools/node26/
RUN npm ci --omit=optional
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npx tsc -p tsconfig.build.json && npm prune --omit=dev --omit=optional

FROM ${NODE_IMAGE}
# kafkajs computes a negative timeout once per process (tulios/kafkajs issue 1751); the warning says nothing to an operator.
ENV NODE_ENV=production NODE_OPTIONS=--disable-warning=TimeoutNegativeWarning
WORKDIR /app
COPY --from=build /build/node_modules node_modules
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
