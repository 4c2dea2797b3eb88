export { type LiveRun, liveRun, type RunLine, runLines } from './run-summary.js';
export { type Studio, type StudioOptions, startStudio } from './start-studio.js';
export { type StudioAppOptions, studioApp } from './studio-app.js';
