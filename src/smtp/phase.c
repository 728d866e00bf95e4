/* phase.c - the table of the steps of a session */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/phase.h"

#include "base/i18n.h"

const struct phase_facts phases[PHASE_COUNT] = {
#define PHASE(name, seconds, success, refusal, words) { seconds, success, refusal, words },
#include "smtp/phase.def"
#undef PHASE
};
