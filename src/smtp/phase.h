/* phase.h - the steps of a session, from phase.def */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"

enum phase {
#define PHASE(name, seconds, success, refusal, words) PHASE_##name,
#include "smtp/phase.def"
#undef PHASE
	PHASE_COUNT
};

struct phase_facts {
	int seconds;
	const char *success;
	enum err_kind refusal;
	const char *words; /* wants _() */
};

extern const struct phase_facts phases[PHASE_COUNT];
