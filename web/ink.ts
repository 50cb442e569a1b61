import type { Colour } from './plot.ts';

/** The colours of the stylesheet, for those who draw: by the name of a custom property, as it is in this light. */
export type Ink = (property: string) => string;

export function inks(): Ink {
  const style = getComputedStyle(document.documentElement);
  return (property) => style.getPropertyValue(property).trim();
}

export const colourOf = (ink: Ink, colour: Colour, alpha = 1): string => `rgb(${ink(`--plot-${colour}`)} / ${alpha})`;
