/* The one place that knows hiredis' versions: 0.14 (Debian 12) to 1.3. */
#ifndef DP_SINK_COMPAT_H
#define DP_SINK_COMPAT_H

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <hiredis/sds.h>

#if HIREDIS_MAJOR == 0 && HIREDIS_MINOR < 14
#error "hiredis 0.14 or newer is needed"
#endif

/* TLS came with 1.0 as a library of its own; the build says whether it is there. */
#if defined(DP_HAVE_REDIS_TLS) && HIREDIS_MAJOR < 1
#error "DP_HAVE_REDIS_TLS needs hiredis 1.0 or newer"
#endif

#ifdef DP_HAVE_REDIS_TLS
#include <hiredis/hiredis_ssl.h>
#endif

/* Bytes of commands that hiredis holds and the socket has not taken. */
static inline size_t dp_hiredis_unsent(const redisAsyncContext *context)
{
    return sdslen(context->c.obuf);
}

#endif
