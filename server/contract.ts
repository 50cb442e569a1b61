import { z } from 'zod';
import { Recipe } from './csv/recipe.ts';
import { EXPECTED_PLACE, isHolidayPlace } from './holidays.ts';

/**
 * The wire, whole: what every request must look like and what every reply does look like. Routes parse requests with these
 * schemas, the OpenAPI document is derived from them, and web takes the types (and nothing else) from here.
 * The file is over 300 lines because the wire is one thing: split, a reader would have to join it again.
 *
 * Times of observations and forecasts are epoch ms UTC of the step's start, or the integer itself in a dataset of integer
 * steps (frequency `1`). Moments of the program's own clock (`...At`) are epoch ms UTC.
 */

// --- words that several replies share -------------------------------------------------------------------------------------

const id = z.int().positive();
const time = z.number().describe('epoch ms UTC, or the integer of an integer step');
const moment = z.int().describe('epoch ms UTC');

export const Cell = z.enum(['simpleRnn', 'lstm', 'gru']);
export const Training = z.enum(['none', 'fine-tune', 'full', 'from-nothing']);
const TrainingOfRun = Training.nullable().describe(
  'on this data: none for the pre-trained network as it is; null without a run, and for runs of earlier versions',
);

/** What a person may set of the network. Everything absent is chosen from frequency, length and count of the series. */
export const Settings = z
  .strictObject({
    cell: Cell.optional(),
    context: z.int().min(1).max(2000).optional().describe('past steps fed to the network'),
    units: z.int().min(1).max(512).optional(),
    layers: z.int().min(1).max(4).optional(),
    dropout: z.number().min(0).max(0.9).optional(),
    learningRate: z.number().positive().max(1).optional(),
    batch: z.int().min(1).max(1024).optional().describe('windows in a mini-batch'),
    epochs: z.int().min(1).max(10_000).optional(),
    patience: z
      .int()
      .min(0)
      .max(10_000)
      .optional()
      .describe('epochs without gain on the validation part before training stops; 0 trains on everything'),
    training: Training.optional().describe(
      'none: the pre-trained network as it is; fine-tune: a few gentle steps from it; full: as many as the data bear, partly from it; from-nothing: as many, from random weights alone',
    ),
    baselineShare: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('share of Theta and ETS together in the forecast; absent: what held-back steps say'),
    coarserShare: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'part of the way that hours are drawn to days, days to weeks, months to years; absent: 0.3 where these tell',
      ),
    calendar: z.boolean().optional().describe('show the network hour, weekday, day and month of each step'),
    covariates: z
      .array(z.string().min(1).max(200))
      .max(100)
      .optional()
      .describe(
        'columns known ahead that the network is shown, and calendar, attributes, holidays DE; absent: those that validation says help',
      ),
    holidays: z
      .string()
      .refine(isHolidayPlace, { error: EXPECTED_PLACE })
      .optional()
      .describe('public holidays of a country such as DE, or of a part of one such as DE-BY, as covariates'),
    members: z.int().min(1).max(20).optional().describe('networks in the ensemble'),
    folds: z.int().min(1).max(1000).optional().describe('folds of the backtest; chosen from the data when absent'),
    stride: z.int().min(1).max(10_000).optional().describe('steps between folds, the horizon when absent'),
    refit: z.boolean().optional().describe('train again at each fold, not once before the first'),
    budget: z
      .number()
      .min(1)
      .max(86_400)
      .optional()
      .describe('seconds a training may take, all of it: members and epochs follow from the speed of this machine'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .optional(),
    lower: z.number().optional().describe('no forecast below this'),
    upper: z.number().optional().describe('no forecast above this'),
  })
  .refine(({ lower = -Infinity, upper = Infinity }) => lower <= upper, { path: ['lower'], error: 'at most upper' });
export type Settings = z.infer<typeof Settings>;

/** Scores over a backtest: errors in the units of the series, but for the scaled ones. Null where it cannot be computed. */
export const Scores = z.object({
  mae: z.number().nullable(),
  rmse: z.number().nullable(),
  mase: z.number().nullable(),
  rmsse: z.number().nullable(),
  smape: z.number().nullable().describe('over all points'),
  smapeSeries: z.number().nullable().describe('averaged over forecasts'),
  pinball: z.number().nullable(),
  wql: z.number().nullable(),
  owa: z.number().nullable().describe('against Naive2, as in the M4 competition: below 1 is better'),
  coverage50: z.number().nullable(),
  coverage80: z.number().nullable(),
  coverage95: z.number().nullable(),
  points: z.int(),
});
export type Scores = z.infer<typeof Scores>;

export const Fallback = z.object({
  code: z.enum(['constant', 'short', 'empty', 'stale', 'failed']),
  reason: z.string(),
  model: z.string(),
});
export type Fallback = z.infer<typeof Fallback>;

/** Columnar, so that long answers stay small: all arrays have the same length. */
export const Points = z.object({ times: z.array(time), values: z.array(z.number().nullable()) });
export type Points = z.infer<typeof Points>;

export const ErrorReply = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.unknown() }),
});
export type ErrorReply = z.infer<typeof ErrorReply>;

// --- import ------------------------------------------------------------------------------------------------------------------

export const Rejected = z.object({
  line: z.int(),
  column: z.string(),
  found: z.string(),
  expected: z.string(),
});
export type Rejected = z.infer<typeof Rejected>;

/** Numbers that could be read two ways by their column alone, and were read as the other columns are written. */
const LikeOthers = z
  .array(z.object({ column: z.string(), found: z.string(), value: z.number() }))
  .describe('columns that could be read two ways by themselves and are read as the others are, with a cell');
const AttributeValue = z.union([z.number(), z.string()]);

export const ImportReport = z.object({
  dataset: z.string(),
  datasetId: id.nullable(),
  series: z.int(),
  observations: z.int(),
  frequency: z.string(),
  season: z.int(),
  start: z.string().nullable(),
  end: z.string().nullable(),
  gaps: z.int(),
  duplicates: z.int(),
  kept: Recipe.shape.duplicates.optional().describe('what of them, where there are any'),
  missing: z.int(),
  ahead: z.int().optional().describe('rows after the last value of their series that have covariates alone'),
  covariates: z
    .array(z.object({ name: z.string(), added: z.int(), replaced: z.int(), unchanged: z.int() }))
    .optional()
    .describe('what became of the cells of each covariate'),
  attributes: z
    .array(
      z.object({
        name: z.string(),
        ...{ added: z.int(), replaced: z.int(), unchanged: z.int() },
        changes: z
          .array(z.object({ series: z.string(), from: AttributeValue, to: AttributeValue }))
          .describe('series whose value was another before: the newest holds; the first twenty'),
      }),
    )
    .optional()
    .describe('what became of the attributes of the series in the file'),
  added: z.int(),
  replaced: z.int(),
  unchanged: z.int(),
  rejectedCount: z.int(),
  rejected: z.array(Rejected).describe('the first thousand'),
  bytes: z.int(),
  hash: z.string(),
  rounded: z.int().optional().describe('whole numbers of more digits than a double holds: the nearest was kept'),
  likeOthers: LikeOthers.optional(),
  unused: z
    .array(z.string())
    .optional()
    .describe('columns of the file that the recipe does not use, the first hundred'),
});
export type ImportReport = z.infer<typeof ImportReport>;

export const ImportRecord = z.object({ id, fileName: z.string().nullable(), report: ImportReport, createdAt: moment });
export type ImportRecord = z.infer<typeof ImportRecord>;

/**
 * Something only the person can know: a choice is made by setting its fields in the recipe, beside those set already; what it
 * sets for one column is added to what is set for others.
 */
export const Question = z.object({
  column: z.string(),
  others: z.array(z.string()).optional().describe('other columns that the answer is for, the first hundred'),
  field: z.enum(['decimal', 'timeFormat']),
  found: z.array(z.string()).describe('cells that could be read more than one way'),
  choices: z.array(z.object({ value: z.string(), label: z.string(), set: Recipe.partial() })),
});

/** What an import would store, before anything is stored. Where there are questions, the first choice of each was taken. */
export const Preview = z.object({
  recipe: Recipe,
  questions: z.array(Question),
  columns: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['time', 'series', 'value', 'covariate', 'attribute', 'ignored']),
      content: z.enum(['number', 'time', 'text', 'empty']),
      examples: z.array(z.string()),
    }),
  ),
  rows: z.int(),
  observations: z.int(),
  seriesCount: z.int(),
  series: z
    .array(
      z.object({
        name: z.string(),
        observations: z.int(),
        start: z.string().nullable(),
        end: z.string().nullable(),
        sample: z.array(z.object({ time, value: z.number() })).describe('at most 200, spread over the series'),
      }),
    )
    .describe('the first fifty'),
  frequency: z.string(),
  season: z.int(),
  confidence: z.number().describe('0 to 1, of the frequency and the times together'),
  regular: z.boolean().describe('false where no regular step fits: values within one step are joined by the recipe'),
  gaps: z.int(),
  duplicates: z.int(),
  missing: z.int(),
  ahead: z.int().describe('rows after the last value of their series that have covariates alone: the known future'),
  footer: z.int().describe('lines at the end that are no data'),
  repeatedHours: z.int().describe('local times that the clock showed twice'),
  missingHours: z.int().describe('local times that the clock never showed'),
  signs: z.array(z.string()).describe('percent and currency signs beside numbers, which are left out'),
  rounded: z.int().describe('whole numbers of more digits than a double holds: the nearest is kept'),
  likeOthers: LikeOthers,
  rejectedCount: z.int(),
  rejected: z.array(Rejected),
  truncated: z.boolean().describe('only the first part of the file was looked at, and the counts are of that part'),
});
export type Preview = z.infer<typeof Preview>;

/**
 * A few points at a time; idempotent by (series, time). `time` in epoch ms, as an ISO 8601 text, or an integer step. A point of
 * what is known ahead has covariates without a value.
 */
export const PointsUpload = z.strictObject({
  points: z
    .array(
      z.strictObject({
        series: z.string().min(1),
        time: z.union([z.number(), z.string()]),
        value: z.number().nullable().optional().describe('null or absent where covariates alone are known'),
        covariates: z
          .record(z.string(), z.number().nullable())
          .optional()
          .describe("by the names of the dataset's columns known ahead; null says nothing"),
      }),
    )
    .min(1)
    .max(100_000),
});

// --- datasets and series -------------------------------------------------------------------------------------------------

/** What serves a dataset now. */
export const Serving = z.object({
  model: z.string().describe('a cell, or a baseline that no network beat'),
  network: z.boolean(),
  training: TrainingOfRun,
  runId: id.nullable(),
  by: z.enum(['gate', 'hand', 'roll back']),
  reason: z.string(),
  since: moment,
});
export type Serving = z.infer<typeof Serving>;

export const Dataset = z.object({
  id,
  name: z.string(),
  frequency: z.string(),
  season: z.int(),
  zone: z.string(),
  horizon: z.int(),
  settings: Settings,
  recipe: z.unknown(),
  series: z.int(),
  observations: z.int(),
  start: time.nullable(),
  end: time.nullable(),
  sparkline: Points.describe('the first series, at most 60 points'),
  serving: Serving.nullable(),
  accuracy: z
    .object({
      mase: z.number().nullable(),
      naiveMase: z.number().nullable(),
      mae: z.number().nullable(),
      naiveMae: z.number().nullable(),
    })
    .nullable()
    .describe(
      'what serves, beside seasonal naive, on the folds of the run that was promoted; where MASE does not exist, MAE decided',
    ),
  runningJob: id.nullable(),
  lastForecastAt: moment.nullable(),
  nextTrainingAt: moment.nullable(),
  createdAt: moment,
  updatedAt: moment,
});
export type Dataset = z.infer<typeof Dataset>;

export const DatasetChanges = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  horizon: z.int().min(1).max(2000).optional(),
  season: z.int().min(1).max(100_000).optional(),
  settings: Settings.optional(),
  recipe: Recipe.optional().describe('how later uploads are read; in full, as a preview gives it'),
});

/** Days that stand out in a dataset: those of the place its settings name. */
export const Holidays = z.object({
  place: z.string().nullable().describe('null where the dataset asks for none; there are none then'),
  holidays: z
    .array(z.object({ name: z.string(), from: time, to: time.describe('the midnight after it') }))
    .describe('in order, from the first observation to as far as forecasts reach'),
});
export type Holidays = z.infer<typeof Holidays>;

export const Created = z.object({ dataset: Dataset, report: ImportReport, job: z.lazy(() => Job).nullable() });
export type Created = z.infer<typeof Created>;

export const SeriesSummary = z.object({
  id,
  name: z.string(),
  observations: z.int(),
  start: time.nullable(),
  end: time.nullable(),
  last: z.number().nullable(),
  sparkline: Points,
  fallback: Fallback.nullable(),
});
export type SeriesSummary = z.infer<typeof SeriesSummary>;

export const SeriesDetail = SeriesSummary.extend({
  datasetId: id,
  attributes: z.array(z.object({ name: z.string(), value: AttributeValue })).describe('the same at every step'),
});
export type SeriesDetail = z.infer<typeof SeriesDetail>;

export const ObservationsQuery = z.strictObject({
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  points: z.coerce
    .number()
    .int()
    .min(10)
    .max(20_000)
    .default(2000)
    .describe('at most this many, thinned so that peaks stay'),
});

export const ObservationsReply = Points.extend({ total: z.int(), thinned: z.boolean() });
export type ObservationsReply = z.infer<typeof ObservationsReply>;

// --- forecasts -----------------------------------------------------------------------------------------------------------

const Shares = z.object({
  season: z.number(),
  level: z.number(),
  trend: z.number(),
  rest: z.number(),
});

/** In which space a series is forecast: changes in per cent (log), in units (linear), or in units near zero and in per cent far from it (asinh). */
const Space = z.enum(['log', 'linear', 'asinh']);
const ChosenSpace = z.object({ space: Space, reason: z.string() });

/** What a forecast is made of. Effects are shares of the level in log space, amounts in the others. */
export const ForecastExplanation = z.object({
  space: ChosenSpace,
  parts: z
    .object({
      space: Space,
      level: z.number().describe('the newest value with the season taken out'),
      season: z
        .object({ low: z.number(), high: z.number() })
        .describe('what the season adds, at its lowest and highest'),
      correction: z.number().describe('how far the forecast stands off that level at once'),
      trend: z.number().describe('what the trend has added by the last step'),
      shares: Shares.describe('of the forecast’s distance from the level, summing to 1'),
    })
    .nullable()
    .describe('null where a stand-in forecasts the series'),
  sentences: z.array(z.string()).describe('the same for a person'),
});
export type ForecastExplanation = z.infer<typeof ForecastExplanation>;

export const ForecastReply = z.object({
  id,
  seriesId: id,
  runId: id.nullable(),
  model: z.string(),
  training: TrainingOfRun,
  origin: time,
  createdAt: moment,
  fallback: Fallback.nullable(),
  explanation: ForecastExplanation.nullable().describe('null for forecasts of earlier versions'),
  times: z.array(time),
  levels: z.array(z.number()),
  quantiles: z.array(z.array(z.number())).describe('one array over the horizon for each level'),
  actuals: z.array(z.number().nullable()).describe('what came; null where nothing has yet'),
});
export type ForecastReply = z.infer<typeof ForecastReply>;

export const ForecastQuery = z.strictObject({
  origin: z.coerce.number().optional().describe('the latest when absent'),
});

export const Origins = z.object({
  origins: z.array(
    z.object({ origin: time, id, model: z.string(), createdAt: moment, scored: z.int(), mae: z.number().nullable() }),
  ),
});
export type Origins = z.infer<typeof Origins>;

/** Promised against realised, over every stored forecast whose actuals have come. */
export const AccuracyRecord = z.object({
  scored: z.int(),
  mae: z.number().nullable(),
  smape: z.number().nullable(),
  coverage50: z.number().nullable(),
  coverage80: z.number().nullable(),
  coverage95: z.number().nullable(),
  byStep: z.array(
    z.object({ step: z.int(), scored: z.int(), mae: z.number(), coverage80: z.number(), coverage95: z.number() }),
  ),
});
export type AccuracyRecord = z.infer<typeof AccuracyRecord>;

// --- jobs ----------------------------------------------------------------------------------------------------------------

export const JobKind = z.enum(['train', 'backtest', 'forecast']);
export const JobState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);

export const JobProgress = z.object({
  phase: z.string().describe('backtest, train, forecast: what is being done, in words'),
  done: z.number().describe('share of the whole job, 0 to 1'),
  epoch: z.int().nullable(),
  epochs: z.int().nullable(),
  loss: z.number().nullable(),
  validationLoss: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});
export type JobProgress = z.infer<typeof JobProgress>;

export const Job = z.object({
  id,
  datasetId: id,
  kind: JobKind,
  training: Training.nullable().describe('where the job was asked for it: none for a run of the pre-trained network'),
  state: JobState,
  reason: z.string(),
  attempts: z.int(),
  maxAttempts: z.int(),
  progress: JobProgress.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  result: z
    .object({
      runId: id.nullable(),
      promoted: z.boolean(),
      serving: z.string().nullable(),
      forecasts: z.int(),
      message: z.string(),
    })
    .nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
});
export type Job = z.infer<typeof Job>;

export const JobRequest = z.strictObject({ kind: JobKind, settings: Settings.optional() });
export const JobsQuery = z.strictObject({
  dataset: z.coerce.number().int().positive().optional(),
  state: JobState.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export const JobLog = z.object({ lines: z.array(z.object({ at: moment, line: z.string() })) });
export type JobLog = z.infer<typeof JobLog>;

/**
 * Server-sent events of a job: `progress` while it works, `state` on every change of state and once at the start, `end` as
 * the last one. The data of each is the whole job as JSON.
 */
export const JobEventName = z.enum(['progress', 'state', 'end']);

// --- runs ----------------------------------------------------------------------------------------------------------------

export const RunSummary = z.object({
  id,
  datasetId: id,
  jobId: id.nullable(),
  model: z.string(),
  training: TrainingOfRun,
  seed: z.int(),
  horizon: z.int(),
  dataStart: time,
  dataEnd: time,
  dataHash: z.string(),
  packageVersion: z.string(),
  durationMs: z.int(),
  champion: z.boolean(),
  scores: z.record(z.string(), Scores).describe('the network under its cell, and each baseline, on the same folds'),
  createdAt: moment,
});
export type RunSummary = z.infer<typeof RunSummary>;

/** What a training says about itself. */
export const RunExplanation = z.object({
  importance: z
    .object({
      groups: z.array(
        z.object({
          group: z.string(),
          increase: z
            .number()
            .describe('of the loss when the group is exchanged between windows: 0.5 is half as much again'),
        }),
      ),
      windows: z.int(),
      series: z.int(),
    })
    .nullable()
    .describe('by permutation on held-back windows; null where too few are held back'),
  shares: Shares.nullable().describe('mean over the series that were forecast without a stand-in'),
  spaces: z
    .object({ log: z.int(), linear: z.int(), asinh: z.int().optional().describe('absent in runs of earlier versions') })
    .describe('series forecast in each space'),
  fallbacks: z.array(
    z.object({
      code: Fallback.shape.code,
      model: z.string(),
      count: z.int(),
      example: z.object({ series: z.string(), reason: z.string() }),
    }),
  ),
  sentences: z.array(z.string()),
});
export type RunExplanation = z.infer<typeof RunExplanation>;

export const RunDetail = RunSummary.extend({
  configuration: z.record(z.string(), z.unknown()),
  lossCurve: z.array(z.object({ epoch: z.int(), loss: z.number(), validationLoss: z.number().nullable() })),
  folds: z.int(),
  byStep: z.record(z.string(), z.array(z.number().nullable())).describe('MASE by step of the horizon, for each model'),
  leftOut: z.array(z.object({ series: z.string(), reason: z.string() })),
  explanation: RunExplanation.nullable().describe('null for runs of earlier versions'),
});
export type RunDetail = z.infer<typeof RunDetail>;

export const BacktestQuery = z.strictObject({
  by: z.enum(['series', 'horizon']).optional().describe('scores of each series or of each step, beside those in all'),
});

/** Scores on held-back data, of a run or asked for alone. */
export const BacktestReport = z.object({
  id,
  datasetId: id,
  jobId: id.nullable(),
  runId: id.nullable().describe('null where it was asked for alone'),
  model: z.string(),
  seed: z.int(),
  horizon: z.int(),
  folds: z.int(),
  stride: z.int(),
  refit: z.boolean(),
  scores: z.record(z.string(), Scores).describe('by model, all on the same folds'),
  byHorizon: z.record(z.string(), z.array(Scores)).nullable().describe('null where it was not asked for'),
  bySeries: z
    .array(z.object({ seriesId: id, series: z.string(), scores: z.record(z.string(), Scores) }))
    .nullable()
    .describe('null where it was not asked for; empty in old backtests, which keep the rest'),
  leftOut: z.array(z.object({ series: z.string(), reason: z.string() })),
  createdAt: moment,
});
export type BacktestReport = z.infer<typeof BacktestReport>;

export const FoldsQuery = z.strictObject({ series: z.coerce.number().int().positive() });

/** The forecasts of the run's backtest for one series, a fold each. */
export const RunFolds = z.object({
  folds: z.array(
    z.object({
      origin: time,
      times: z.array(time),
      levels: z.array(z.number()),
      quantiles: z.array(z.array(z.number())),
    }),
  ),
});
export type RunFolds = z.infer<typeof RunFolds>;

export const Promotion = z.object({
  id,
  runId: id.nullable(),
  model: z.string(),
  by: z.enum(['gate', 'hand', 'roll back']),
  reason: z.string(),
  createdAt: moment,
});
export type Promotion = z.infer<typeof Promotion>;

// --- schedules -----------------------------------------------------------------------------------------------------------

export const Schedule = z.object({
  kind: z.enum(['train', 'forecast']),
  cron: z.string().nullable(),
  zone: z.string(),
  afterObservations: z.int().nullable(),
  enabled: z.boolean(),
  lastFiredAt: moment.nullable(),
  next: z.array(moment).describe('the next five fire times'),
});
export type Schedule = z.infer<typeof Schedule>;

export const ScheduleChanges = z.strictObject({
  cron: z.string().trim().min(1).nullable(),
  zone: z.string().min(1),
  afterObservations: z.int().min(1).nullable(),
  enabled: z.boolean(),
});
export const SchedulePreview = z.strictObject({ cron: z.string().trim().min(1), zone: z.string().min(1) });
export const FireTimes = z.object({ next: z.array(moment) });
export type FireTimes = z.infer<typeof FireTimes>;

// --- the program itself ----------------------------------------------------------------------------------------------------

export const Health = z.object({
  status: z.enum(['ok', 'failing']),
  version: z.string(),
  uptimeSeconds: z.number(),
  backend: z.string().nullable().describe('what computes the tensors; null until the first training'),
  jobs: z.object({ queued: z.int(), running: z.int(), failedLastDay: z.int() }),
  overdue: z
    .array(z.object({ datasetId: id, kind: z.string(), dueAt: moment }))
    .describe('schedules that should have run and have not'),
});
export type Health = z.infer<typeof Health>;

export const Session = z.object({ required: z.boolean(), authenticated: z.boolean() });
export type Session = z.infer<typeof Session>;
export const Login = z.strictObject({ password: z.string().min(1) });
export const Token = z.object({ id, name: z.string(), createdAt: moment, lastUsedAt: moment.nullable() });
export type Token = z.infer<typeof Token>;
export const NewToken = z.strictObject({ name: z.string().trim().min(1).max(100) });
export const TokenOnce = Token.extend({ token: z.string().describe('shown this once') });
export type TokenOnce = z.infer<typeof TokenOnce>;

// --- lists: plain arrays ---------------------------------------------------------------------------------------------------

/** In order of creation. */
export const Datasets = z.array(Dataset);
/** In order of their first appearance in the data. */
export const SeriesList = z.array(SeriesSummary);
/** Newest first, as are the lists below but for schedules and tokens. */
export const ImportRecords = z.array(ImportRecord);
export const Jobs = z.array(Job);
export const Runs = z.array(RunSummary);
export const Backtests = z.array(BacktestReport);
export const Promotions = z.array(Promotion);
/** The training schedule, then the forecasting one. */
export const Schedules = z.array(Schedule);
export const Tokens = z.array(Token);

// --- uploads: the fields beside the file, in a multipart form or (with a text/csv body) in the query ------------------------

const recipeText = z
  .string()
  .max(1_000_000)
  .describe("a preview's recipe as JSON, confirmed or changed; detected when absent");

export const PreviewUpload = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  recipe: recipeText.optional(),
});
const uploadKey = z
  .string()
  .regex(/^[\w-]{8,64}$/, 'expected 8 to 64 letters, digits, _ and -')
  .optional()
  .describe('a name of your own for this upload: GET /api/v1/uploads tells how far it is');
export const DatasetUpload = z.strictObject({
  name: z.string().trim().min(1).max(200).optional().describe("the file's name when absent"),
  recipe: recipeText.optional(),
  horizon: z.coerce.number().int().min(1).max(2000).optional().describe('chosen from the frequency when absent'),
  season: z.coerce.number().int().min(1).max(100_000).optional(),
  key: uploadKey,
});
/** A later upload to the same dataset: read by its recipe. `name` is the file's name, kept in the report. */
export const ObservationsUpload = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  key: uploadKey,
});
/** Files that have come whole and are being read or stored. */
export const UploadsUnderWay = z.array(
  z.object({
    key: z.string(),
    phase: z.enum(['reading', 'storing']),
    bytes: z.int().describe('read so far'),
    size: z.int().describe('of the file as it was sent'),
    rows: z.int(),
  }),
);
export type UploadsUnderWay = z.infer<typeof UploadsUnderWay>;

/** How files are read: a preview proposes it, a person changes it, the dataset keeps it. */
export { Recipe };

// --- the forecast drawn at import: messages between the page and its worker in the same browser; none of it is HTTP ---------

export interface LocalForecastRequest {
  /** A later request makes the earlier ones void. */
  readonly id: number;
  readonly file: Blob;
  /** Fields of the recipe that the person has fixed so far. */
  readonly answers: Partial<Recipe>;
  /** Steps to forecast; chosen from the frequency when absent. */
  readonly horizon?: number;
}

export interface LocalForecast {
  readonly frequency: string;
  readonly zone: string;
  readonly season: number;
  readonly horizon: number;
  /** Name of the shipped network that made it. */
  readonly network: string;
  /** Only the first part of the file was read. */
  readonly truncated: boolean;
  /** Times that do not stand on regular steps were counted for the step nearest to them. */
  readonly regular: boolean;
  /** Series in the part of the file that was read; `series` has the first of them. */
  readonly seriesCount: number;
  readonly series: readonly {
    readonly name: string;
    /** The last steps before the forecast. Both [steps]; null where nothing was observed. */
    readonly history: { times: number[]; values: (number | null)[] };
    readonly times: number[];
    readonly levels: number[];
    /** [levels][horizon] */
    readonly quantiles: number[][];
    /** The forecaster that stands in for the network and why, null where none does. */
    readonly fallback: { readonly model: string; readonly reason: string } | null;
  }[];
}

export type LocalForecastReply = { readonly id: number } & (
  | { readonly drawn: LocalForecast }
  /** Why there is none, in a sentence. */
  | { readonly none: string }
);
