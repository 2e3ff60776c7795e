return await DmaGrains.Silo.SiloProgram.RunAsync(args);
