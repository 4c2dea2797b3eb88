# Every file in native/kernels is compiled once per instruction set, each time into a namespace of its own; the addon picks one at
# run time. No target uses -march=native.
{
  'variables': {
    'kernel_sources': ['<!@(node native/list-sources.mjs native/kernels)'],
    'optimised': ['-std=c++17', '-O3', '-Wall', '-Wextra', '-fno-math-errno', '-fno-trapping-math', '-ffp-contract=fast',
                  '-fvisibility=hidden', '-Wno-maybe-uninitialized', '-Wno-psabi'],
    'addon_name': 'kirchhoff',
  },
  'target_defaults': {
    'cflags!': ['-O2', '-fno-omit-frame-pointer'],
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20', '-fno-exceptions', '-fno-rtti', '-O2'],
    'xcode_settings': {
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'GCC_OPTIMIZATION_LEVEL': '3',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
    },
  },
  'targets': [
    {
      'target_name': 'kernels_generic',
      'type': 'static_library',
      'sources': ['<@(kernel_sources)'],
      'defines': ['KH_ARCH=generic'],
      'cflags_cc': ['<@(optimised)'],
      'xcode_settings': {'OTHER_CFLAGS': ['<@(optimised)']},
    },
    {
      'target_name': '<(addon_name)',
      'sources': [
        '<!@(node native/list-sources.mjs native/addon)',
        '<!@(node native/list-sources.mjs native/threads)',
      ],
      'dependencies': ['kernels_generic'],
      'cflags_cc': ['<@(optimised)'],
      'xcode_settings': {'OTHER_CFLAGS': ['<@(optimised)']},
      'defines': ['NAPI_VERSION=8'],
      'conditions': [
        ['target_arch=="x64"', {
          'defines': ['KH_HAS_AVX'],
          'dependencies': ['kernels_avx2', 'kernels_avx512'],
        }],
        ['OS=="linux"', {'ldflags': ['-Wl,--exclude-libs,ALL']}],
      ],
    },
  ],
  'conditions': [
    ['target_arch=="x64"', {
      'targets': [
        {
          'target_name': 'kernels_avx2',
          'type': 'static_library',
          'sources': ['<@(kernel_sources)'],
          'defines': ['KH_ARCH=avx2'],
          'cflags_cc': ['<@(optimised)', '-mavx2', '-mfma', '-mf16c'],
          'xcode_settings': {'OTHER_CFLAGS': ['<@(optimised)', '-mavx2', '-mfma', '-mf16c']},
        },
        {
          'target_name': 'kernels_avx512',
          'type': 'static_library',
          'sources': ['<@(kernel_sources)'],
          'defines': ['KH_ARCH=avx512'],
          'cflags_cc': ['<@(optimised)', '-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma',
                        '-mprefer-vector-width=512'],
          'xcode_settings': {'OTHER_CFLAGS': ['<@(optimised)', '-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma',
                                              '-mprefer-vector-width=512']},
        },
      ],
    }],
  ],
}
