import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { backupStore } from '../../db/backup.ts';
import { openDataFolder } from '../data-folder.ts';
import { AppError } from '../errors.ts';
import type { Act } from './verb.ts';

export function addBackup(program: Command, act: Act): void {
  program
    .command('backup')
    .description('Copy the whole store into one checked file, while a server may be running.')
    .argument('<file>', 'where the copy goes')
    .option('--force', 'replace a file that is there')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      '\nTo restore, stop the server and put the copy in the data folder as tidecast.db.\n\nExample:\n  tidecast backup tidecast-monday.db',
    )
    .action(
      act(async (argument, options, terminal) => {
        const file = resolve(argument);
        if (existsSync(file) && !options.force) {
          throw new AppError(
            'conflict',
            `${argument} is there already: name another file, or add --force to replace it.`,
            {
              details: { file },
            },
          );
        }
        if (!existsSync(dirname(file))) throw new AppError('not_found', `There is no folder ${dirname(file)}.`);
        const store = openDataFolder(terminal.config().dataFolder, { create: false });
        try {
          await backupStore(store, file, (done) => terminal.progress.show({ phase: 'copying', done }));
        } finally {
          store.close();
        }
        const bytes = statSync(file).size;
        return { value: { file, bytes }, text: `${argument}: ${(bytes / 1e6).toFixed(1)} MB, checked.` };
      }),
    );
}
