/** Texts of events, which console and tracks share. */
import { eventLine, STATE_TONES } from '../../report/text/event.ts';
import { COMPILED, count, lineText, list, milliseconds, positionText, row } from '../../report/text/line.ts';

/** Whatever a part may import of these modules it finds here. */
type ForOtherParts = typeof import('../../report/text/event.ts') & typeof import('../../report/text/line.ts');

const forOtherParts: ForOtherParts = {
  COMPILED,
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
