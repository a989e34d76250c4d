/** What is seen beside the requests: the target's metrics, events, the machine, the ceiling. */
package dev.cofre.loadtest.observe;
