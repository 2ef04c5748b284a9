import { expect } from 'chai';
import { bodyByText } from '../../../src/locate/maps/printed-by-rolldown.ts';

const own = (text: string): string | undefined => {
  const body = bodyByText(text);
  return body && text.slice(body.start, body.end);
};
const wrapped = (body: string): string =>
  `var require_a = /* @__PURE__ */ __commonJSMin(((exports) => {${body}\n}));`;

describe('body of a module by the text of its slice', () => {
  const body = '\n\texports.a = 1;';

  it('stands in the function around a CommonJS module, whatever comments are above that', () => {
    for (const comments of ['', '// a.js\n', '// a.js\n/**\n * @license\n */\n', '/* a */ // b\n\n'])
      expect(own(comments + wrapped(body)), comments).to.equal(body);
  });

  it('is unknown where a comment only looks like it, or code stands before the function', () => {
    expect(own(`/* ${wrapped(body)} */`)).to.equal(undefined);
    expect(own(`/* a */\nvar b = 1;\n/* c */\n${wrapped(body)}`)).to.equal(undefined);
    expect(own(wrapped('\n\treturn;'))).to.equal(undefined);
  });
});
