/* SPDX-License-Identifier: MIT */
/* Which form a client wants, by its header Accept (RFC 9110, 12.5.1). Pure. */
#ifndef SERVE_ACCEPT_H
#define SERVE_ACCEPT_H

enum form { FORM_TEXT, FORM_OPENMETRICS, FORMS };

/*
 * The one with the higher q; of equal ones OpenMetrics, if it is named. Who wants neither gets
 * text: it is more use than an error. accept: NULL: there is no such header.
 */
enum form accept_form(const char *accept);

/* The header Content-Type. */
extern const char *const form_types[FORMS];

#endif
