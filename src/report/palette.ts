/**
 * Colours that remain distinct for every kind of colour vision. Source: M. Okabe and K. Ito, Color universal design
 * (2008). No picture relies on colour alone: lines differ in dash, points in shape, and both carry labels.
 */
export const palette = {
  orange: '#E69F00',
  skyBlue: '#56B4E9',
  green: '#009E73',
  yellow: '#F0E442',
  blue: '#0072B2',
  vermilion: '#D55E00',
  purple: '#CC79A7',
  grey: '#7A828A',
} as const;

/**
 * The found network is blue and solid everywhere, the baseline vermilion and dashed. On a dark page the style sheet sets
 * `--found` to the lighter sky blue.
 */
export const roleColours = { found: `var(--found, ${palette.blue})`, baseline: palette.vermilion } as const;
