// The studio in a real browser on the real service: stories told from outside, by what a user sees and presses. They
// follow each other: what one makes, the next goes on with.
import { afterAll, afterEach, beforeAll } from 'vitest';
import { begin, end, picture, stage } from './stage';
import { beginning } from './stories/beginning';
import { choosing } from './stories/choosing';
import { goingOn } from './stories/goingOn';
import { journey } from './stories/journey';
import { library } from './stories/library';
import { result } from './stories/result';
import { section } from './stories/section';
import { uploads } from './stories/uploads';
import { views } from './stories/views';

beforeAll(begin);
afterAll(end);
// A failure leaves a picture of what the user saw.
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(stage.page, 'failed');
});

beginning();
uploads();
journey();
section();
result();
goingOn();
choosing();
library();
views();
