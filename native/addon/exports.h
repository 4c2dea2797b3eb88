// What each source file of the addon contributes.
#pragma once

#include "call.h"

namespace kh {

void exportElementwise(napi_env env, napi_value exports);
void exportNormalisation(napi_env env, napi_value exports);
void exportPooling(napi_env env, napi_value exports);
void exportTraining(napi_env env, napi_value exports);
void exportConvolution(napi_env env, napi_value exports);
void exportMemory(napi_env env, napi_value exports);

}  // namespace kh
