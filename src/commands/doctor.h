/* SPDX-License-Identifier: MIT */
/* tpconnect doctor: can this host build and run it; if not, what to do. */
#ifndef COMMANDS_DOCTOR_H
#define COMMANDS_DOCTOR_H

#include <stdbool.h>

/*
 * Writes a table to stdout. Returns the exit status: 0 if tracing can work here, else 3. What is
 * missing for building alone does not change it. Appends /usr/sbin to PATH.
 */
int doctor_main(bool color, const char *btf_path);

#endif
