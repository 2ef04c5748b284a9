/** The command `module-phases`. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { count } from '../report/text/line.ts';
import { meant, readArguments } from './arguments.ts';
import { COMMANDS } from './commands.ts';
import { EXIT, Failure } from './failure.ts';
import { help, helpOf } from './help.ts';
import { endWithPipe, printText, tell, tellBlock } from './terminal.ts';

const HELP = { help: { short: 'h', text: '' } };

endWithPipe();
process.exitCode = await main(process.argv.slice(2)).catch(failed);

async function main([word, ...args]: readonly string[]): Promise<number> {
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
    printText(help(COMMANDS));
    return word === undefined ? EXIT.USAGE : EXIT.FINE;
  }
  if (word === '--version' || word === '-v') {
    printText(`${versionOfPackage()}\n`);
    return EXIT.FINE;
  }
  const names = Object.keys(COMMANDS);
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (!command)
    throw new Failure(
      `there is no command ${word}${meant(word, names) || `; there are ${names.join(', ')}`}`,
    );
  const given = readArguments(args, { ...command.options, ...HELP });
  if (given.has('help')) {
    printText(helpOf(word, command));
    return EXIT.FINE;
  }
  const [least, most] = command.words;
  const { length } = given.positionals;
  const usage = `module-phases ${word} ${command.usage}`;
  if (length < least)
    throw new Failure(`${word} needs ${count(least, 'argument')}, and has ${length}: ${usage}`);
  if (length > most)
    throw new Failure(
      `${word} takes ${count(most, 'argument')}, and has ${length}: ${usage}${command.hasRest ? '; arguments of the program stand after --' : ''}`,
    );
  if (given.rest.length > 0 && !command.hasRest)
    throw new Failure(`${word} runs no program, so nothing may stand after --: ${usage}`);
  return command.call(given);
}

function failed(error: unknown): number {
  if (!(error instanceof Failure)) {
    tell('this is a bug of the command, please report it', 'bad');
    tellBlock(inspect(error));
    return EXIT.BROKEN;
  }
  const [first = '', ...rest] = error.message.split('\n');
  tell(first, 'bad');
  if (rest.length > 0) tellBlock(rest.join('\n'));
  return error.exitCode;
}

function versionOfPackage(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
