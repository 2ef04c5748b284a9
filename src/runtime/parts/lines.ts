/** Texts of events, which console and tracks share. */
import { eventLine, STATE_TONES } from '../../report/text/event.ts';
import { count, lineText, list, milliseconds, place, row } from '../../report/text/line.ts';

export default { STATE_TONES, count, eventLine, lineText, list, milliseconds, place, row };
