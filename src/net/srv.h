/* srv.h - the SRV records of a domain: which hosts offer a service there; RFC 2782 */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

#include <stdint.h>

/* Records beyond these are left out; a name has 253 characters at most. */
enum { SRV_MAX = 32, SRV_TARGET_MAX = 256 };

/* RFC 6186 and RFC 8314: TLS from the first byte, and STARTTLS. */
#define SRV_SUBMISSIONS "_submissions._tcp"
#define SRV_SUBMISSION  "_submission._tcp"

struct srv {
	uint16_t priority;
	uint16_t weight;
	uint16_t port;
	char target[SRV_TARGET_MAX]; /* a host's name, without final dot */
};

/*
 * The records of a domain. `is_denied`: a record says that the domain does not offer the service.
 */
struct srv_list {
	struct srv items[SRV_MAX];
	size_t count;
	bool is_denied;
};

/*
 * Reads the SRV records in the answer section of a DNS message (RFC 1035 section 4). Records whose
 * target is no host name or whose port is 0 are skipped. False if it is no such message.
 */
bool srv_parse(const unsigned char *message, size_t len, struct srv_list *list) MUST_USE;

/*
 * Sorts the records into the order of the attempts: by ascending priority, and at random by weight
 * within a priority. `draw` returns a number from 0 to its argument.
 */
void srv_order(struct srv_list *list, uint32_t (*draw)(uint32_t limit));
/* srv_order with the system's random numbers. */
void srv_order_by_lot(struct srv_list *list);
/* Sorts without chance: within a priority the heaviest first. */
void srv_order_by_weight(struct srv_list *list);

/*
 * Looks up the records of a service (SRV_SUBMISSIONS, SRV_SUBMISSION) in a domain, an ASCII name.
 * The resolver knows no deadline, so it runs in a child. ERR_NOHOST: there is no record, the domain
 * says that it does not offer the service, or it is no domain; ERR_NET: no answer from DNS.
 */
bool srv_look_up(const char *service, const char *domain, int64_t deadline, struct srv_list *list,
		 struct err *err) MUST_USE;
