#include "app/huge_pages.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* Events touch memory all over the heap: with pages of 4 KiB nearly every touch looks up a page
 * too, and each new page is a fault. Huge ones saved 10 to 20 % of a replay's time. The heap is to
 * grow by many of them at a time, since what is advised piece by piece stays small; and to keep
 * what is given back, since what librdkafka and hiredis give back they soon ask for again, pieces
 * of megabytes too: each that comes from the system is cleared by it first. */
#define VARIABLE "GLIBC_TUNABLES"
#define TUNABLES                                                                                   \
    "glibc.malloc.hugetlb=1:glibc.malloc.top_pad=33554432:glibc.malloc.trim_threshold=268435456:"  \
    "glibc.malloc.mmap_threshold=4194304"

void dp_huge_pages_ask(char **argv)
{
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0 || getenv(VARIABLE) || setenv(VARIABLE, TUNABLES, 1) != 0)
        return;
    path[len] = '\0';
    execv(path, argv);
#else
    (void)argv;
#endif
}
