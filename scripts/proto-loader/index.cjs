/** Stands where @grpc/grpc-js looks for a reader of .proto files, which only its channelz and ORCA services need. */
module.exports = {
  loadSync() {
    throw new Error(
      "There is no reader of .proto files here: the services of @grpc/grpc-js that need one are not used.",
    );
  },
};
