/* CRC-64 as Redis has it: the polynomial of Jones, reflected, from 0. Thread: any. */
#ifndef DP_CRC64_H
#define DP_CRC64_H

#include <stddef.h>
#include <stdint.h>

uint64_t dp_crc64(const unsigned char *bytes, size_t len);

#endif
