/* SPDX-License-Identifier: MIT */
/*
 * Texts of a report. Names are of anybody's making: they are shown as text, a byte that shows
 * nothing or steers others as \xNN, at most WORDS_MAX characters of each. Pure.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <stdio.h>

#include "report/pairs.h"

/* A longer one fills the screen, and says no more. */
#define WORDS_MAX 200

/* Writes one character, of len bytes of UTF-8, so that the format takes it for nothing else. */
typedef void put_char(FILE *to, const char *s, size_t len);

put_char html_char, md_char, dot_char;

/* A path loses its beginning, any other name its end. */
void words_name(FILE *to, const char *name, bool is_path, put_char *put);

/* "curl"; "others (12)" for NULL. n: how many. */
void words_who(FILE *to, const struct node *node, size_t n, put_char *put);

/* What is to be said of it besides: "/usr/bin/curl, nginx.service". Returns whether anything is. */
bool words_who_more(FILE *to, const struct node *node, put_char *put);

/* "[2001:db8::1]:443"; "others (12)". */
void words_where_to(FILE *to, const struct node *node, size_t n, put_char *put);

/* "ECONNREFUSED 3, ETIMEDOUT": how many, where they are more than one. */
void words_errors(FILE *to, const struct counts *counts);

void words_grouped(FILE *to, uint64_t n);     /* "1,284" */
void words_span(FILE *to, uint64_t ns);	      /* as of brief_duration() */
void words_size(FILE *to, uint64_t bytes);    /* as of brief_size() */
void words_moment(FILE *to, uint64_t utc_ns); /* "2026-02-16 12:34:56" */

/* "worked", "partly failed", "failed", "no result". */
const char *outcome_name(enum outcome outcome);

/* "12 attempts: 10 established, 2 failed (ECONNREFUSED 2), 1 given up; 3 open before" */
void words_tally(FILE *to, const struct tally *tally);

#endif
