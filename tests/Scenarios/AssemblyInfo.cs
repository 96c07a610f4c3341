// SPDX-License-Identifier: Apache-2.0

// One after the other: the tests measure a machine that all of them share.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
