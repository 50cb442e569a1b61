/** Whether a column of this name is likely to hold times. */
export const namesTime = (name: string): boolean => HINT.test(name);

const HINT =
  /^(?:ds|t|ts|x|dates?|datum|fecha|data|day|tag|time|times|timestamp|datetime|date[_ -]?time|period|month|monat|week|woche|quarter|year|yr|jahr|epoch|unix.*|when|zeit|zeitpunkt|.*[_ -](?:at|on|date|time|timestamp|ts)|.*(?:date|time|timestamp))$/i;
