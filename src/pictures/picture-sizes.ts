/**
 * The sides of the squares, in pixels: one for apps, and one for our own pages. A picture that is kept whole has no side longer
 * than the large one.
 */
export const LARGE = 512
export const SMALL = 96

/** Of an upload. The largest cameras in phones make 50 million; one that has more is made smaller first. */
export const MOST_PIXELS = 50_000_000
export const LONGEST_SIDE = 20_000
