#include "engine.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

namespace kh {
namespace {

enum class Isa { Generic, Avx2, Avx512 };

#if defined(KH_HAS_AVX)
// The compiler's check includes what the operating system saves (XGETBV).
bool supports(Isa isa) {
  __builtin_cpu_init();
  if (isa == Isa::Avx512) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
  }
  if (isa == Isa::Avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return true;
}
#else
bool supports(Isa isa) { return isa == Isa::Generic; }
#endif

Isa best() {
  if (supports(Isa::Avx512)) return Isa::Avx512;
  return supports(Isa::Avx2) ? Isa::Avx2 : Isa::Generic;
}

// KIRCHHOFF_ISA names the level that is used; one that the machine lacks is refused.
Isa choose() {
  const char* forced = std::getenv("KIRCHHOFF_ISA");
  if (forced == nullptr || *forced == '\0') return best();
  Isa isa;
  if (std::strcmp(forced, "avx512") == 0) isa = Isa::Avx512;
  else if (std::strcmp(forced, "avx2") == 0) isa = Isa::Avx2;
  else if (std::strcmp(forced, "generic") == 0) isa = Isa::Generic;
  else throw std::invalid_argument(std::string("KIRCHHOFF_ISA must be avx512, avx2 or generic, got ") + forced);
  if (!supports(isa)) throw std::invalid_argument(std::string("this machine has no ") + forced + " (KIRCHHOFF_ISA)");
  return isa;
}

}  // namespace

Engine::Engine() : context(new Context(1)) {
  switch (choose()) {
#if defined(KH_HAS_AVX)
    case Isa::Avx512:
      isa = "avx512";
      base = &avx512::baseTable();
      conv = convTableAvx512();
      return;
    case Isa::Avx2:
      isa = "avx2";
      base = &avx2::baseTable();
      conv = convTableAvx2();
      return;
#endif
    default:
      isa = "generic";
      base = &generic::baseTable();
      conv = convTableGeneric();
  }
}

void Engine::setThreads(int threads) {
  if (threads != context->threads()) context.reset(new Context(threads));
}

}  // namespace kh
