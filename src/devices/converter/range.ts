interface ConductanceRange {
  readonly gMin: number;
  readonly gMax: number;
}

/** Arguments of a schema's `refine`: a range of conductances, uS, must not be empty. */
export const rangeNotEmpty: [
  check: (range: ConductanceRange) => boolean,
  report: { path: PropertyKey[]; error: (issue: { readonly input?: unknown }) => string },
] = [
  ({ gMin, gMax }) => gMin < gMax,
  {
    path: ['gMin'],
    error: ({ input }) => {
      const { gMin, gMax } = input as ConductanceRange;
      return `a smallest conductance below the largest (gMin is ${gMin} uS, gMax is ${gMax} uS)`;
    },
  },
];
