import { z } from 'zod';

/** How the two signs of input and weight are read: AIHWKit's `AnalogMVType`, and `FourPhase` for HERMES' 4-phase read. */
export const mvTypes = [
  'Ideal',
  'OnePass',
  'PosNegSeparate',
  'PosNegSeparateDigitalSum',
  'SplitMode',
  'BitWise',
  'FourPhase',
] as const;
export const noiseManagements = ['None', 'AbsMax', 'AbsMaxNPSum', 'Max', 'Constant', 'AverageAbsMax'] as const;
export const boundManagements = ['None', 'Iterative', 'IterativeWorstCase', 'Shift'] as const;
export const weightNoiseTypes = ['None', 'AdditiveConstant', 'PCMRead'] as const;

/** AIHWKit `IOParameters`: everything between the digital input and the digital output of one tile. */
export const ioFields = {
  class: z
    .enum([
      'IOParameters',
      'IOParametersIRDropT',
      'PresetIOParameters',
      'StandardIOParameters',
      'WebComposerIOParameters',
    ])
    .default('IOParameters')
    .describe('class of AIHWKit, whose defaults take the place of those in this table'),
  isPerfect: z.boolean().default(false).describe('plain product, no converters and no noise'),
  mvType: z.enum(mvTypes).default('OnePass').describe('passes per product'),
  inpBound: z.number().default(1).describe('largest DAC input; 0 or less: unbounded'),
  inpNoise: z.number().min(0).default(0).describe('standard deviation of the noise added after the DAC'),
  inpRes: z
    .number()
    .default(1 / 126)
    .describe('DAC step relative to the range 2 inpBound, or the number of steps where > 1; 0 or less: no rounding'),
  inpStoRound: z.boolean().default(false).describe('stochastic rounding in the DAC'),
  inpAsymmetry: z.number().default(0).describe('negative inputs are multiplied by 1 - inpAsymmetry'),
  outBound: z.number().default(12).describe('largest ADC output; 0 or less: unbounded'),
  outNoise: z.number().min(0).default(0.06).describe('standard deviation of the noise added before the ADC'),
  outNoiseStd: z.number().min(0).default(0).describe('relative spread of outNoise from output to output'),
  outRes: z
    .number()
    .default(1 / 510)
    .describe('ADC step relative to the range 2 outBound, or the number of steps where > 1; 0 or less: no rounding'),
  outStoRound: z.boolean().default(false).describe('stochastic rounding in the ADC'),
  outScale: z.number().default(1).describe('factor on the digital output'),
  outAsymmetry: z.number().default(0).describe('negative outputs are multiplied by 1 - outAsymmetry'),
  boundManagement: z.enum(boundManagements).default('Iterative').describe('what happens when an output is clipped'),
  noiseManagement: z.enum(noiseManagements).default('AbsMax').describe('how each input vector is scaled'),
  wNoise: z.number().min(0).default(0).describe('short-term weight noise, relative to the largest weight'),
  wNoiseType: z.enum(weightNoiseTypes).default('None'),
  irDrop: z.number().min(0).default(0).describe('scale of the voltage drop along the columns; 0: none, 1: physical'),
  irDropGRatio: z
    .number()
    .positive()
    .default(1 / 0.35 / 5e-6)
    .describe('conductance of the wire between two cells over the largest device conductance'),
  outNonlinearity: z.number().min(0).default(0).describe('strength of the S-shaped output curve'),
  outNonlinearityStd: z.number().min(0).default(0).describe('relative spread of outNonlinearity'),
  slopeCalibration: z.number().default(0).describe('fraction of outBound at which the S-shape is calibrated'),
  vOffsetStd: z.number().min(0).default(0).describe('spread of the voltage offset of the outputs'),
  vOffsetWMin: z.number().default(-1).describe('weight that the smallest conductance stands for'),
  rSeries: z.number().min(0).default(0).describe('series resistance of an output'),
  wReadAsymmetryDtod: z.number().min(0).default(0).describe('spread of the weights seen by negative inputs'),
  maxBmFactor: z.number().default(1000).describe('bound management stops at this reduction'),
  maxBmRes: z.number().default(0.25).describe('bound management stops where fewer than 1/maxBmRes DAC steps remain'),
  bmTestNegativeBound: z.boolean().default(true).describe('negative overflow counts for bound management'),
  nmThres: z.number().default(0).describe('value of Constant, upper cap of the other noise managements where > 0'),
};

/** AIHWKit `IOParametersIRDropT`: the time-dependent voltage drop of pulse-width inputs. */
const irDropTFields = {
  irDropRs: z.number().positive().default(0.15).describe('resistance of the wire between two cells, ohm'),
  irDropSegments: z.number().int().positive().default(8).describe('segments that a column is divided into'),
  irDropTimeStepResolutionScale: z.number().positive().default(1).describe('time steps per input step'),
  irDropVRead: z.number().default(0.4005).describe('voltage that the ADC holds the column at, V'),
  splitModeBitShift: z.number().int().positive().default(3).describe('bits of the low part in SplitMode'),
  applyXdepPcmReadNoise: z.boolean().default(false).describe('read noise that depends on the pulse length'),
  xdepPcmReadNoiseScale: z.number().min(0).default(1),
  adcQuantization: z.boolean().default(true).describe('count whole periods of the ADC clock'),
  adcFrequency: z.number().positive().default(6.24).describe('ADC clock, GHz'),
  irDropIntegrationSum: z.boolean().default(false).describe('integrate by sum instead of trapezoids'),
};

/** The I/O of a tile; the last ten fields only count in `TorchInferenceRPUConfigIRDropT`. */
export const ioParametersSchema = z.strictObject({ ...ioFields, ...irDropTFields });

export type IoParameters = z.output<typeof ioParametersSchema>;
/** What a user writes: any of the fields. */
export type IoInput = z.input<typeof ioParametersSchema>;
