/** Part with the texts of events, shared by the console and tracks parts. */
import { eventLine, STATE_TONES } from '../../report/text/event.ts';
import { count, lineText, list, milliseconds, positionText, row } from '../../report/text/line.ts';

/** Parts are built with imports of these modules replaced by members of `lines` (`TAKEN_FROM` in rollup.config.ts). */
type ForOtherParts = typeof import('../../report/text/event.ts') & typeof import('../../report/text/line.ts');

const forOtherParts: ForOtherParts = {
  STATE_TONES,
  count,
  eventLine,
  lineText,
  list,
  milliseconds,
  positionText,
  row,
};
export default forOtherParts;
