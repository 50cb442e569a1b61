/** Anything that can stand inside an element; nothing is drawn for null, undefined and false. */
export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Listener<E extends Event> = (event: E) => void;

/**
 * Attributes by their HTML names, listeners as `onclick`, … . `style` is an object because the page's content-security
 * policy forbids the attribute; `value` and `checked` are set as properties, so that they show what is meant now.
 */
export interface Props {
  class?: string;
  style?: Partial<Record<string, string>>;
  value?: string | number;
  checked?: boolean;
  onclick?: Listener<MouseEvent>;
  oninput?: Listener<Event>;
  onchange?: Listener<Event>;
  onsubmit?: Listener<SubmitEvent>;
  onkeydown?: Listener<KeyboardEvent>;
  ondragover?: Listener<DragEvent>;
  ondragleave?: Listener<DragEvent>;
  ondrop?: Listener<DragEvent>;
  [attribute: string]: unknown;
}

/** An HTML element. Text is always set as text, never parsed, so that data cannot become markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props?: Props | null,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (props) setProps(element, props);
  append(element, children);
  return element;
}

/** An SVG element, with presentation attributes only. */
export function svg(
  tag: string,
  attributes: Record<string, string | number>,
  ...children: (Node | string)[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Replaces what an element holds. */
export function fill<E extends Element>(element: E, ...children: Child[]): E {
  element.replaceChildren();
  append(element, children);
  return element;
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

function setProps(element: HTMLElement, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'style') {
      for (const [property, text] of Object.entries(value as Record<string, string>)) {
        element.style.setProperty(property, text);
      }
    } else if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value as EventListener);
    } else if (name === 'checked' || name === 'value') {
      // After the other attributes a range or number input would clamp it wrongly, so the caller lists value last.
      (element as HTMLInputElement)[name as 'value'] = value as string;
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
}
