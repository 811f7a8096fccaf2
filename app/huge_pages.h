/* Huge pages for what a process keeps in memory. */
#ifndef DP_HUGE_PAGES_H
#define DP_HUGE_PAGES_H

/* For programs that keep much: has malloc ask the kernel for huge pages. glibc reads its tunables
 * before main, so the program begins once more, as the same process, with them in its environment;
 * not where GLIBC_TUNABLES is set already. Returns where it goes on without. */
void dp_huge_pages_ask(char **argv);

#endif
