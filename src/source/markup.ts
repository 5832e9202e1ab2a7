/** An address in angle brackets is no markup; a closing tag or a line break is. */
export const isMarkup = (text: string): boolean =>
  /<br\s*\/?>|<\/(?:p|div|b|i|u|a|ul|ol|li|span|strong|em|table|tr|td|h[1-6]|blockquote|font|body|html)>/i.test(
    text,
  );
