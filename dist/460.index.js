const r=460,s=[460],_={8460:((e,o,t)=>{throw t.r(o),new Error("This part of the AWS SDK is not part of this action.")})};export{r as id,s as ids,_ as modules};
