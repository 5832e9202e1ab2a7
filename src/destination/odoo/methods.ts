/** Methods that change nothing: they may be repeated, and a cut connection leaves no question open. */
const READS = new Set([
  'search_read',
  'read',
  'search',
  'search_count',
  'fields_get',
  'check_access_rights',
  'has_access',
  'get_param',
  'context_get',
  'name_search',
]);

export const isRead = (method: string): boolean => READS.has(method);
