#ifndef CLIBIDN2_SHIM_H
#define CLIBIDN2_SHIM_H

#include <idn2.h>

// The flags are enumerators of an anonymous type, which Swift sees as none.
static const int weir_idn2_flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;

#endif
