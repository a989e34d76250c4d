/** What is sent where and when, as a workload file says it. */
package dev.cofre.loadtest.workload;
