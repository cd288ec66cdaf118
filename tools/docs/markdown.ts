/** Stands at the head of each page. */
export const GENERATED = '\n<!-- Made from the code by `npm run docs`; changes here are overwritten. -->\n'

/** A text as the cell of a table. */
export const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
