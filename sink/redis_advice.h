/* What to do about an error reply of Redis, or about a connection that cannot be made. Pure; any
 * thread. */
#ifndef DP_REDIS_ADVICE_H
#define DP_REDIS_ADVICE_H

/* A short sentence for the operator, a literal; never NULL. `error` is the reply's text ("NOAUTH
 * ..."), or the reason that a connection was not made or lost. */
const char *dp_redis_advice(const char *error);

#endif
