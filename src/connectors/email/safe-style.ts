const LENGTH = /^-?\d+(?:\.\d+)?(?:px|em|rem|pt|%|ex|ch)?$/;
const COLOUR = /^(?:#[0-9a-f]{3,8}|[a-z]{3,30}|rgba?\([\d\s.,%]{3,40}\))$/i;
const WORDS = /^[a-z0-9 ,.'"-]{1,200}$/i;

/** Looks that a mail may choose: no `url()`, no position, nothing that lays itself over the page. */
const LOOKS = new Map<string, RegExp>([
  ['color', COLOUR],
  ['background-color', COLOUR],
  ['font-family', WORDS],
  ['font-size', /^(?:-?\d+(?:\.\d+)?(?:px|em|rem|pt|%)?|[a-z-]{3,20})$/],
  ['font-style', WORDS],
  ['font-weight', /^(?:bold|bolder|normal|lighter|[1-9]00)$/],
  ['line-height', LENGTH],
  ['text-align', /^(?:left|right|center|justify|start|end)$/],
  ['text-decoration', /^(?:none|underline|line-through)$/],
  ['vertical-align', WORDS],
  ['white-space', /^(?:normal|nowrap|pre|pre-wrap|pre-line)$/],
  ['width', LENGTH],
  ['max-width', LENGTH],
]);

/** The harmless declarations of a style attribute. */
export function safeStyle(style: string): string {
  return style
    .slice(0, 2_000)
    .split(';')
    .flatMap((declaration) => {
      const colon = declaration.indexOf(':');
      const property = declaration.slice(0, Math.max(colon, 0)).trim().toLowerCase();
      const value = declaration
        .slice(colon + 1)
        .replace(/!\s*important/i, '')
        .trim();
      return LOOKS.get(property)?.test(value) ? [`${property}:${value}`] : [];
    })
    .join(';');
}
