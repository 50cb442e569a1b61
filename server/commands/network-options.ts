import { type Command, InvalidArgumentError, Option } from 'commander';
import { Cell, type Settings, Training } from '../contract.ts';
import { EXPECTED_PLACE, isHolidayPlace } from '../holidays.ts';
import { decimal, listed, seconds, whole } from './verb.ts';

/** The options that set the network, the same for every verb that trains. What is absent is chosen from the data. */
export function withNetworkOptions(command: Command): Command {
  return command
    .addOption(new Option('--cell <cell>', 'recurrent cell').choices(Cell.options))
    .addOption(
      new Option('--training <how>', 'none, fine-tune, full or from-nothing (default: what the data bear)').choices(
        Training.options,
      ),
    )
    .option('--context <steps>', 'past steps fed to the network', whole(1, 2000))
    .option('--units <count>', 'units in a layer', whole(1, 512))
    .option('--layers <count>', 'recurrent layers', whole(1, 4))
    .option('--epochs <count>', 'passes over the training windows', whole(1, 10_000))
    .option('--dropout <share>', 'share of the state dropped between layers while training, 0 to 0.9', decimal)
    .option('--learning-rate <rate>', 'step size of Adam', decimal)
    .option('--batch <count>', 'windows in a mini-batch', whole(1, 1024))
    .option(
      '--patience <epochs>',
      'hold the newest horizon back and stop after so many epochs without gain on it; 0 trains on everything',
      whole(0, 10_000),
    )
    .option(
      '--baseline-share <share>',
      'share of Theta and ETS together in the forecast, 0 to 1 (default: what held-back steps say)',
      decimal,
    )
    .option(
      '--coarser-share <share>',
      'how far forecasts are drawn towards those of the days, weeks or years they make, 0 to 1 (default: 0.3 where these tell)',
      decimal,
    )
    .option('--calendar', 'show the network hour, weekday, day and month of each step')
    .option('--no-calendar', 'do not show it, whatever validation says')
    .addOption(
      new Option(
        '--use-covariates <names>',
        'show the network these whatever validation says: columns known ahead, attributes, "holidays DE", calendar',
      )
        .argParser(listed)
        .conflicts(NO_COVARIATES),
    )
    .addOption(noCovariates())
    .addOption(holidaysOption())
    .option('--budget <time>', 'time for the whole command, such as 90, 60s or 2m: fewer members and epochs', seconds)
    .option('--members <count>', 'networks in the ensemble', whole(1, 20))
    .option('--seed <number>', 'seed of everything random: the same seed, the same forecast', whole(0, 2 ** 31 - 1))
    .option('--lower <value>', 'no forecast below this', decimal)
    .option('--upper <value>', 'no forecast above this', decimal);
}

/** Public holidays as covariates; which of them are used, validation decides. */
export function holidaysOption(): Option {
  return new Option('--holidays <place>', 'public holidays of a country, DE, or of a part of one, DE-BY').argParser(
    (text: string) => {
      if (isHolidayPlace(text)) return text;
      throw new InvalidArgumentError(`Expected ${EXPECTED_PLACE}.`);
    },
  );
}

const NO_COVARIATES = 'noCovariates';

// Beside --covariates, which names the columns of a file, commander would take it for the denial of that.
function noCovariates(): Option {
  const option = new Option('--no-covariates', 'show the network none: no column known ahead, attribute or holiday');
  option.attributeName = () => NO_COVARIATES;
  return option;
}

const NAMES = [
  ...(['stride', 'refit', 'budget', 'training'] as const),
  ...(['cell', 'context', 'units', 'layers', 'dropout', 'learningRate', 'batch', 'epochs', 'patience'] as const),
  ...(['baselineShare', 'coarserShare', 'calendar', 'holidays', 'members', 'seed', 'folds', 'lower', 'upper'] as const),
];

/** The options that set how a network is scored. */
export function withBacktestOptions(command: Command): Command {
  return command
    .option('--folds <count>', 'origins to forecast from (default: what the data can spare, 1 to 3)', whole(1, 1000))
    .option('--stride <steps>', 'steps between origins (default: the horizon)', whole(1, 10_000))
    .option('--refit', 'train again at each origin, not once before the first');
}

/** The settings among a verb's options. */
export function settingsOf(options: Record<string, unknown>): Settings {
  const settings = Object.fromEntries(
    NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  if (options[NO_COVARIATES] === false) settings.covariates = [];
  else if (options.useCovariates !== undefined) settings.covariates = options.useCovariates;
  // `--no-train` is commander's word for the option train being false.
  return options.train === false ? { ...settings, training: 'none' } : settings;
}
