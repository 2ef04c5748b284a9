/** How a piece of text looks: terminals have a colour for each, browsers a style. */
export type Tone = 'plain' | 'dim' | 'strong' | 'good' | 'note' | 'warn' | 'bad';

/** A piece of text with one look. */
export type Span = readonly [text: string, tone: Tone];

/** One line of output. */
export type Line = readonly Span[];
