/** Where the configuration lies when no file is named: apart, so that help knows it without loading YAML. */

/** In the current folder, as Desktop Kubernetes has it. */
export const defaultConfigurationPath = "config.yaml";
