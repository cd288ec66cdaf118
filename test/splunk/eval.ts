/** A field's value; a list is a field of several values. Absent is null, as in Splunk. */
export type FieldValue = string | number | boolean | readonly string[] | null
export type Fields = Map<string, FieldValue>

type Expression = (fields: Fields) => FieldValue
const TOKEN = /\s*('[^']*'|"(?:[^"\\]|\\.)*"|\d+|[A-Za-z_]+|!=|[=(),-])/y

/** The part of Splunk's eval language that the app uses ("Evaluation functions", help.splunk.com): what is not known is an error. */
export function parseEval(text: string): Expression {
  const tokens = tokensOf(text)
  let at = 0
  const peek = () => tokens[at]
  const take = (expected?: string) => {
    const token = tokens[at++]
    if (token === undefined || (expected !== undefined && token !== expected)) throw new Error(`expected ${expected ?? 'more'} in ${text}`)
    return token
  }

  function either(): Expression {
    let left = both()
    while (peek() === 'OR') {
      take()
      const [first, second] = [left, both()]
      left = fields => isTrue(first(fields)) || isTrue(second(fields))
    }
    return left
  }
  function both(): Expression {
    let left = comparison()
    while (peek() === 'AND') {
      take()
      const [first, second] = [left, comparison()]
      left = fields => isTrue(first(fields)) && isTrue(second(fields))
    }
    return left
  }
  function comparison(): Expression {
    const left = value()
    const operator = peek()
    if (operator !== '=' && operator !== '!=') return left
    take()
    const right = value()
    // A comparison with what is not there is not true, whichever it is.
    return fields => {
      const [one, other] = [left(fields), right(fields)]
      if (one === null || other === null) return null
      return (String(one) === String(other)) === (operator === '=')
    }
  }
  function value(): Expression {
    const token = take()
    if (token === '(') {
      const inner = either()
      take(')')
      return inner
    }
    if (token.startsWith("'")) return fields => fields.get(token.slice(1, -1)) ?? null
    if (token.startsWith('"')) return () => token.slice(1, -1)
    if (token === '-') {
      const digits = take()
      return () => -Number(digits)
    }
    if (/^\d/.test(token)) return () => Number(token)
    const call = FUNCTIONS[token]
    if (call === undefined) throw new Error(`${token} is no function known here, in ${text}`)
    take('(')
    const parameters: Expression[] = []
    while (peek() !== ')') {
      parameters.push(either())
      if (peek() === ',') take()
    }
    take(')')
    return fields => call(parameters.map(parameter => () => parameter(fields)))
  }

  const whole = either()
  if (at !== tokens.length) throw new Error(`more than one expression in ${text}`)
  return whole
}

/** Fields that an expression reads. */
export const fieldsRead = (text: string): readonly string[] =>
  tokensOf(text).flatMap(token => (token.startsWith("'") ? [token.slice(1, -1)] : []))

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const [, token] = TOKEN.exec(text) ?? []
    if (token === undefined) throw new Error(`can't be read: ${text}`)
    tokens.push(token)
  }
  return tokens
}

const isTrue = (value: FieldValue) => value === true

type Lazy = () => FieldValue
const textOf = (value: FieldValue | undefined): string | null =>
  value === null || value === undefined ? null : Array.isArray(value) ? (value[0] ?? null) : String(value as string | number | boolean)

const FUNCTIONS: Readonly<Record<string, (parameters: readonly Lazy[]) => FieldValue>> = {
  null: () => null,
  true: () => true,
  coalesce: parameters => {
    for (const parameter of parameters) {
      const value = parameter()
      if (value !== null) return value
    }
    return null
  },
  if: ([condition, yes, no]) => (isTrue(condition!()) ? yes!() : no!()),
  case: parameters => {
    for (let index = 0; index < parameters.length; index += 2) if (isTrue(parameters[index]!())) return parameters[index + 1]!()
    return null
  },
  isnotnull: ([value]) => value!() !== null,
  match: ([value, pattern]) => {
    const text = textOf(value!())
    return text === null ? null : new RegExp(String(pattern!())).test(text)
  },
  in: ([value, ...words]) => {
    const text = textOf(value!())
    return text === null ? null : words.some(word => word() === text)
  },
  lower: ([value]) => textOf(value!())?.toLowerCase() ?? null,
  split: ([value, separator]) => textOf(value!())?.split(String(separator!())) ?? null,
  mvindex: ([value, index]) => {
    const values = [value!()].flat() as readonly (string | null)[]
    return values.at(Number(index!())) ?? null
  },
}
