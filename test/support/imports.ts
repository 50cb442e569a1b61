/**
 * Reads the imports of a TypeScript source without a compiler (TypeScript 7 has no stable JavaScript API): first comments are
 * blanked and string contents set aside, so that nothing in a comment, string or regular expression is taken for code; then
 * the few shapes an import has are looked for.
 */
export interface Import {
  readonly specifier: string;
  /** Gone after compilation: `import type`, `export type … from`, `import('…')` in a type. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** All static and dynamic imports, re-exports and require calls whose specifier is written out. */
export function importsOf(source: string): Import[] {
  const { code, strings } = withoutStrings(source);
  const lineOf = (at: number) => code.slice(0, at).split('\n').length;
  const found: Import[] = [];
  // `import x, { y } from`, `export * from`: no semicolon, quote or bracket call may come between.
  for (const match of code.matchAll(/\b(import|export)\s+(type\s+(?!from\b))?[\w\s{},*$]*?\bfrom\s*"(\d+)"/g)) {
    found.push({ specifier: strings[Number(match[3])], typeOnly: match[2] !== undefined, line: lineOf(match.index) });
  }
  for (const match of code.matchAll(/\bimport\s*"(\d+)"/g)) {
    found.push({ specifier: strings[Number(match[1])], typeOnly: false, line: lineOf(match.index) });
  }
  for (const match of code.matchAll(/(\btypeof\s+)?\b(?:import|require)\s*\(\s*"(\d+)"\s*\)(\.[A-Z])?/g)) {
    const typeOnly = match[1] !== undefined || match[3] !== undefined;
    found.push({ specifier: strings[Number(match[2])], typeOnly, line: lineOf(match.index) });
  }
  return found.sort((a, b) => a.line - b.line);
}

/** The source with comments, string contents and regular expressions blanked; lines stay where they were. */
export function bareCode(source: string): string {
  return withoutStrings(source).code;
}

// Each string literal becomes `"n"`, n its place in `strings`. Templates lose their text but keep the code between `${` and `}`.
function withoutStrings(source: string): { code: string; strings: string[] } {
  const strings: string[] = [];
  let code = '';
  let at = 0;
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? source[at];
    at += text.length;
    return text;
  };
  // Reads code up to the closing brace of a template's `${`, or to the end.
  const readCode = (inTemplate: boolean): void => {
    let depth = 0;
    while (at < source.length) {
      const two = source.slice(at, at + 2);
      const one = source[at];
      if (two === '//') code += blank(take(/\/\/[^\n]*/y));
      else if (two === '/*') code += blank(take(/\/\*[\s\S]*?\*\//y));
      else if (one === '"' || one === "'") {
        const text = take(/(['"])(?:\\[\s\S]|(?!\1)[^\\\n])*\1/y);
        code += `"${strings.push(text.slice(1, -1)) - 1}"`;
      } else if (one === '`') readTemplate();
      else if (one === '/' && startsRegExp(code))
        code += blank(take(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y));
      else {
        if (one === '{') depth++;
        if (one === '}' && depth-- === 0 && inTemplate) return;
        code += one;
        at++;
      }
    }
  };
  const readTemplate = (): void => {
    code += '``';
    at++;
    while (at < source.length && source[at] !== '`') {
      if (source.startsWith('${', at)) {
        at += 2;
        code += '(';
        readCode(true);
        code += ')';
        at++;
      } else code += blank(take(/\\[\s\S]|[\s\S]/y));
    }
    at++;
  };
  readCode(false);
  return { code, strings };
}

// After a value a slash divides; after an operator, an opening bracket or a keyword it begins a regular expression.
function startsRegExp(before: string): boolean {
  return /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|throw))\s*$/.test(before.slice(-40));
}
