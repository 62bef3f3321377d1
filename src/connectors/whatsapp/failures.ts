/** What WhatsApp's numbers mean: a code for programs, and what a person can do. */
interface Failure {
  code: string;
  message: string;
}

const window: Failure = {
  code: 'WINDOW_CLOSED',
  message: 'The customer’s last message is more than 24 hours ago: use a template.',
};
const busy: Failure = {
  code: 'RATE_LIMITED',
  message: 'More was sent than WhatsApp takes at once: retry later.',
};
const blocked: Failure = {
  code: 'ACCOUNT_RESTRICTED',
  message: 'Meta has restricted the account: see the quality rating in WhatsApp Manager.',
};
const template: Failure = {
  code: 'TEMPLATE_REFUSED',
  message: 'WhatsApp refuses the template: look at it in WhatsApp Manager, and sync templates.',
};

const failures: Readonly<Record<number, Failure>> = {
  131047: window,
  131026: {
    code: 'UNDELIVERABLE',
    message:
      'The message can’t be delivered: the number may not be on WhatsApp, or its app is too old. Use another channel.',
  },
  131049: {
    code: 'HELD_BY_PLATFORM',
    message:
      'Meta held the message back because the customer gets many like it. Don’t send it again at once; try later.',
  },
  131050: {
    code: 'OPTED_OUT',
    message: 'The customer does not want marketing messages from this account.',
  },
  131051: { code: 'NOT_SUPPORTED', message: 'WhatsApp does not know messages of this kind.' },
  131052: { code: 'FILE_REFUSED', message: 'WhatsApp could not load the file.' },
  131053: { code: 'FILE_REFUSED', message: 'WhatsApp does not take a file of this type or size.' },
  131021: { code: 'RECIPIENT_INVALID', message: 'A number can’t write to itself.' },
  131030: {
    code: 'RECIPIENT_NOT_ALLOWED',
    message: 'The test number may only write to numbers that are on its list.',
  },
  131042: {
    code: 'PAYMENT_NEEDED',
    message: 'There is a problem with the account’s payment: see Meta Business Suite.',
  },
  131037: {
    code: 'DISPLAY_NAME_NEEDED',
    message: 'The number’s display name has to be approved first: see WhatsApp Manager.',
  },
  131045: {
    code: 'NUMBER_NOT_REGISTERED',
    message: 'The phone number is not registered for the Cloud API.',
  },
  130472: {
    code: 'EXPERIMENT',
    message:
      'Meta does not deliver this to the customer because of an experiment. Use another channel.',
  },
  130429: busy,
  131048: {
    ...busy,
    message: 'Customers block or report the number too often: wait, and ask less.',
  },
  131056: { ...busy, message: 'Too many messages to this customer in a short time: retry later.' },
  80007: busy,
  133016: busy,
  131031: blocked,
  368: blocked,
  132001: {
    code: 'TEMPLATE_UNKNOWN',
    message: 'WhatsApp has no approved template of this name and language: sync templates.',
  },
  132015: { code: 'TEMPLATE_PAUSED', message: 'Meta has paused the template for its quality.' },
  132016: { code: 'TEMPLATE_DISABLED', message: 'Meta has disabled the template for its quality.' },
  470: window,
};

/** What a failure means; of one that is not known, what WhatsApp says itself. */
export function failureOf(number: number, words: string): Failure {
  const known = Object.hasOwn(failures, number) ? failures[number] : undefined;
  if (known) return known;
  const said = words.trim().slice(0, 300) || 'no reason given';
  if (number >= 132_000 && number < 133_000) {
    return { ...template, message: `${template.message} It says: ${said}` };
  }
  return { code: number ? `WHATSAPP_${number}` : 'FAILED', message: `WhatsApp says: ${said}` };
}
