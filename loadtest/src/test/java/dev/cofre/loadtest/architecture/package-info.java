/** What holds of the project's modules and packages as a whole. */
package dev.cofre.loadtest.architecture;
