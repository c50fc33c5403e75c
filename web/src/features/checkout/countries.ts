/** Countries parcels are sent to (ISO 3166-1 alpha-2); their names come from the browser. */
export const countryCodes = (
  'AD AE AL AM AR AT AU AZ BA BE BG BR CA CH CL CN CO CY CZ DE DK EE EG ES FI FR GB GE GR HK HR HU ID IE IL IN IS IT JP KE ' +
  'KR LI LT LU LV MA MC MD ME MK MT MX MY NG NL NO NZ PE PH PK PL PT RO RS SA SE SG SI SK SM TH TN TR TW UA US UY VA VN ZA'
).split(' ');
