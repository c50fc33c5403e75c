# One target per folder. A folder's sources are globbed (and the glob checked at each build), so adding a
# file needs no edit here; what a folder may include is what it names in DEPS, so a wrong include does not link.

add_library(pps_flags INTERFACE)
target_compile_options(pps_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wno-missing-field-initializers
  # g++ 12 warns wrongly of these in inlined std::string and std::variant operations (GCC bugs 105329, 105651, 105562).
  # Nor is a coroutine's frame freed by another allocator than made it, as -Wmismatched-new-delete has it.
  $<$<CXX_COMPILER_ID:GNU>:-fcoroutines -Wno-mismatched-new-delete -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-maybe-uninitialized>)
target_compile_definitions(pps_flags INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
  # Frames of coroutines kept for the next one, by thread: a call is a dozen of them, and Asio keeps two.
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16
  SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
target_include_directories(pps_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(PPS_SANITIZE)
  target_compile_options(pps_flags INTERFACE -fsanitize=${PPS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(pps_flags INTERFACE -fsanitize=${PPS_SANITIZE})
  if(PPS_FUZZ)
    target_compile_options(pps_flags INTERFACE -fsanitize=fuzzer-no-link)
  endif()
elseif(MOLD)
  target_link_options(pps_flags INTERFACE -fuse-ld=mold)
endif()

# The one precompiled header (what nearly every unit reads), carried by the library of Asio's compiled parts.
add_library(pps_asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_link_libraries(pps_asio PUBLIC pps_flags Boost::boost fmt::fmt Threads::Threads OpenSSL::SSL)
# Named without its folder, so that two checkouts make the same header, and one's compiler cache serves the other.
target_include_directories(pps_asio PRIVATE ${CMAKE_SOURCE_DIR}/cmake)
target_precompile_headers(pps_asio PRIVATE <pch.hpp>)
target_compile_options(pps_asio PRIVATE -fpch-preprocess)

function(_pps_common target)
  target_link_libraries(${target} PUBLIC pps_asio)
  target_precompile_headers(${target} REUSE_FROM pps_asio)
  target_compile_options(${target} PRIVATE -fpch-preprocess)
endfunction()

# pps_folder(NAME [DEPS targets…] [PRIVATE_DEPS targets…])
# A static library pps_NAME of the folder's *.cpp, and pps_NAME_tests of tests/*.cpp where there are any.
# Test executables: tests/*_test.cpp carry label `unit`; a file tests/*_contract_test.cpp goes into
# pps_NAME_contract_tests with label `contract`. Other .cpp and .hpp in tests/ are helpers linked to both.
function(pps_folder name)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(pps_${name} STATIC ${sources})
    _pps_common(pps_${name})
    target_link_libraries(pps_${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  else()
    add_library(pps_${name} INTERFACE)
    target_link_libraries(pps_${name} INTERFACE pps_asio ${ARG_DEPS})
  endif()
  pps_tests(${name} DEPS pps_${name} ${ARG_PRIVATE_DEPS})
endfunction()

function(pps_tests name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB all CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/tests/*.cpp)
  set(contract ${all})
  list(FILTER contract INCLUDE REGEX "_contract_test\\.cpp$")
  set(unit ${all})
  list(FILTER unit INCLUDE REGEX "_test\\.cpp$")
  list(FILTER unit EXCLUDE REGEX "_contract_test\\.cpp$")
  set(helpers ${all})
  list(FILTER helpers EXCLUDE REGEX "_test\\.cpp$")
  foreach(kind unit contract)
    if(${kind})
      set(exe pps_${name}_tests)
      if(kind STREQUAL "contract")
        set(exe pps_${name}_contract_tests)
      endif()
      add_executable(${exe} ${${kind}} ${helpers})
      _pps_common(${exe})
      target_link_libraries(${exe} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
      target_compile_definitions(${exe} PRIVATE PPS_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
      add_test(NAME ${name}.${kind} COMMAND ${exe})
      set_tests_properties(${name}.${kind} PROPERTIES LABELS ${kind} TIMEOUT 300)
    endif()
  endforeach()
endfunction()

# pps_program(NAME SOURCES… DEPS…): an executable build/<preset>/NAME. Target `programs` builds them all.
add_custom_target(programs)
function(pps_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  _pps_common(${name})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} $<$<BOOL:${JEMALLOC_FOUND}>:PkgConfig::JEMALLOC>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  add_dependencies(programs ${name})
endfunction()
