export { activationQueue, type PipelineFigures, pipelineFigures, staleness } from './formulas.js';
export { balancedCuts, type LayerCost, partitionNetwork, type Stage } from './partition.js';
export { type Job, type PipelineScheme, type PipelineShape, pipelineJobs } from './schedule.js';
export { pipelineTimeline, type StageTimes, type TimedJob, type Timeline } from './timeline.js';
export { timelineText } from './timeline-text.js';
export { type VersionedJob, weightVersions } from './weight-versions.js';
